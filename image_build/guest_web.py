"""The web server that an announced update is fetched from: one folder over TLS, with ranges.

    python -m image_build.guest_web build/image server.pem server.key

Listens on the loopback's port 443, which is one of two that a kiosk's fetching user may reach.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import uvicorn
from starlette.staticfiles import StaticFiles

PORT: Final = 443


def main() -> int:
    """Serve until told to stop; each request is a line on standard output."""
    parser = argparse.ArgumentParser(
        "image_build.guest_web",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="what is served")
    parser.add_argument("certificate", type=Path, help="of the server, with its chain")
    parser.add_argument("key", type=Path, help="of the certificate")
    chosen = parser.parse_args()
    uvicorn.run(
        StaticFiles(directory=chosen.folder),
        host="127.0.0.1",
        port=PORT,
        ssl_certfile=chosen.certificate,
        ssl_keyfile=chosen.key,
        timeout_graceful_shutdown=1,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
