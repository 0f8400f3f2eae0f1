"""`python -m houqin_shared.healthy`: may the service in this container be given work?

For an engine that can only run commands. Exit code 0: yes, 1: no. It is started every few
seconds, so it imports next to nothing.
"""

import http.client
import os
import sys

PATIENCE = 4.0
"""Seconds; the images' HEALTHCHECK waits a second longer."""


def main() -> int:
    """Ask /health/ready on the service's own port."""
    port = int(os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        sys.stdout.write(f"{answer.status} {answer.read().decode()}\n")
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
