"""What an operator asks the four services, over REST, from wherever they run: `houqin-ops`.

It knows no service's code, so it lies in every image beside the service that is there.
"""
