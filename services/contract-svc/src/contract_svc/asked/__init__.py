"""What clients send: the bodies of requests, in the office file's words."""
