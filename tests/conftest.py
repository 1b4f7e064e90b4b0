"""Settings of all tests: runs computed in line, hypothesis deterministic."""

import os

os.environ.setdefault("WORKERS", "0")
os.environ.setdefault("STREAMLIT_RUNNER_POST_SCRIPT_GC", "false")
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

from hypothesis import settings  # noqa: E402

settings.register_profile("tests", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))
