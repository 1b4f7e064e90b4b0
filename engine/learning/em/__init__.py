"""Expectation maximisation: fill the missing column in as likely as it is, fit the model as if it were known, and repeat.

Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977. Two coins: Do, Batzoglou, "What is
the expectation maximization algorithm?", 2008. The bound that both steps raise: Neal, Hinton, "A view of the EM algorithm that
justifies incremental, sparse, and other variants", 1998. Mixtures: Redner, Walker, "Mixture densities, maximum likelihood and
the EM algorithm", 1984. The rate as the fraction of missing information: McLachlan, Krishnan, "The EM Algorithm and Extensions",
2008. Peer: scikit-learn 1.9.1 (GaussianMixture, KMeans).

log p(x | θ) = F(q, θ) + KL(q ‖ p(z | x, θ)).  E: q becomes p(z | x, θ), the gap closes.  M: θ becomes the maximum of F(q, θ).

Coins: every set of tosses was made with coin A or B, each with probability ½; likelihoods go without binomial coefficients, and
θ keeps 1e-12 away from 0 and 1. Mixture: everything is computed in centred columns, scaled where asked for; frames show means,
covariances and likelihoods in the data's own units. A run starts from k samples as means, weights 1/k and, for every type of
covariance, spheres of the data's mean variance. Hard assignment is k-means: nearest mean, equal weights, one sphere for all.
With a floor an M-step is no longer the exact maximum: where the floor holds a component up, the likelihood may fall a little.
"""

from engine.algorithm import Algorithm, together
from engine.learning.em import gaussians, mixtures, tosses
from engine.learning.em.bound import EmFrame
from engine.learning.em.mixtures import ByK, Clouds, MixtureFrame, by_k, mixture
from engine.learning.em.samples import SAMPLES
from engine.learning.em.two_coins import Coins, CoinsFrame, coins

SHARES = (tosses.posterior, ("both = logs", "shares: np.ndarray"))
FITS = gaussians.m_step
ALGORITHMS = (
    Algorithm(
        "coins",
        coins,
        Coins,
        "coins",
        code={"row": SHARES, "E": SHARES, "M": (tosses.step, ("heads, tosses =", "moved =", "return"))},
        says={
            "both = logs": "A: ⟦pa⟧, B: ⟦pb⟧",
            "shares: np.ndarray": "r = ⟦r⟧",
            "heads, tosses =": "A: ⟦ah⟧ : ⟦at⟧, B: ⟦bh⟧ : ⟦bt⟧",
            "moved =": "θ = ⟦a⟧, ⟦b⟧",
        },
        was={"model": "coins"},
    ),
    Algorithm(
        "mixture",
        mixture,
        Clouds,
        "old_faithful",
        code={
            "E": (gaussians.normalise, ("joint -= top", "np.exp(joint", "total =", "joint /= total")),
            "weights": (FITS, ("return",)),
            "means": (FITS, ("size, means, C =",)),
            "M": (FITS, ("size, means, C =", "return")),
            "drawn": (gaussians.draw, ("of =", "noise =", "return")),
        },
        says={
            "joint /= total": "r = ⟦r⟧, k = ⟦k⟧",
            "size, means, C =": "n = ⟦size⟧, μ = (⟦mx⟧, ⟦my⟧)",
            "return Mixture(": "π = ⟦weight⟧",
        },
        was={"model": "mixture"},
    ),
    Algorithm(
        "by_k",
        by_k,
        ByK,
        "old_faithful",
        code={"step": (mixtures.settle, ("state = _state(ground, _improve",))},
        says={"state = _state(ground, _improve": "log L = ⟦loglik⟧"},
        was={"model": "mixture", "by_k": True},
    ),
)
Params, train = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "SAMPLES",
    "ByK",
    "Clouds",
    "Coins",
    "CoinsFrame",
    "EmFrame",
    "MixtureFrame",
    "Params",
    "by_k",
    "coins",
    "mixture",
    "train",
]
