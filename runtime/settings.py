"""What the host decides, read once from the environment. Each has a default that suits a laptop."""

import os
import secrets

CACHE_MB = int(os.environ.get("CACHE_MB", "512"))  # frames, films and uploads together
FILM_MB = int(os.environ.get("FILM_MB", "16"))  # the largest single film
WORKERS = int(os.environ.get("WORKERS", str(min(4, os.cpu_count() or 1))))  # 0 computes in line
DRAWERS = int(os.environ.get("DRAWERS", str(min(4, os.cpu_count() or 1))))  # 0, or WORKERS=0: drawn in the server's own thread
RAY_ADDRESS = os.environ.get("RAY_ADDRESS", "")  # a Ray cluster computes, WORKERS runs at once; empty: processes here
WARM = os.environ.get("WARM", "on") != "off"  # off: nothing is computed before somebody asks for it
GPU = os.environ.get("GPU", "auto")  # off: no lane for it, though there is one
QUEUE = int(os.environ.get("QUEUE", "200"))  # runs that may wait
QUEUE_PER_SESSION = int(os.environ.get("QUEUE_PER_SESSION", "8"))  # of one visitor
NODE = os.environ.get("NODE", "n0")  # this replica's name in film addresses; letters and digits
REPLICA = "NODE" in os.environ  # one of several: its visitors get a cookie with that name
START_SECONDS = 20.0  # a server that has no worker after so long says it is healthy all the same
IDLE_SECONDS = 3.5  # a run nobody watches ends after this; with the rounds of who looks, within 5 s
CANCEL_SECONDS = 1.0  # a worker that does not stop by then is replaced
SILENT_SECONDS = float(os.environ.get("SILENT_SECONDS", "60"))  # a worker that sends no frame for so long is replaced
STALLED_SECONDS = 60.0  # a viewer who takes nothing for so long is let go
METRICS_PORT = int(os.environ.get("METRICS_PORT", "0"))  # figures for whoever runs the host, on 127.0.0.1 only; 0: none
HOSTS = tuple(os.environ.get("HOSTS", "").lower().replace(",", " ").split())  # names this server answers to; none: any
EMBEDDED_BY = tuple(os.environ.get("EMBEDDED_BY", "").replace(",", " ").split())  # other sites that may show it in a frame
SESSION_MB = int(os.environ.get("SESSION_MB", "40"))  # files that one visitor may have here at once
UPLOADS_MB = int(os.environ.get("UPLOADS_MB", "256"))  # files of all visitors together, before they are read
UPLOAD_SECONDS = 120.0  # an upload that takes longer is let go
SECRET = secrets.token_bytes(16)  # keys of runs on visitors' data cannot be guessed
