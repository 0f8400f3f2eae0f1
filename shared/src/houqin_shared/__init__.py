"""Mechanism that the services share, without one word of their domain.

How a fact travels: `transaction` -> `outbox` -> `bus` -> `inbox`.
How a request is answered: `app` -> `auth` -> `command` -> `problem`.
How a day passes: `clock`.
"""
