// What charts/ draws with, and no more: scatter is in the core. scattergl in its strict form needs no eval, which our policy forbids.
const Plotly = require("plotly.js/lib/core");
Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/heatmap"),
  require("plotly.js/lib/contour"),
  require("plotly.js/lib/image"),
  require("plotly.js/src/traces/scattergl/strict"),
]);
module.exports = Plotly;
