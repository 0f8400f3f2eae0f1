"""Random offices on the four real services while everything goes wrong, against the plain model.

- `story`: a seed becomes an office file, weighted towards the borders of the rules;
- `bus`: the real bus, with the faults that a bus may have by its contract;
- `town`: the services, ended, cut off and sent back to the beginning in the middle of things;
- `desk`: the replay's client on a network that loses answers and repeats requests.

What is drawn depends on the seed alone: the office file, and which fault strikes at which command,
at which send and at which batch of a service. What the event loop and PostgreSQL decide differs
from run to run: which messages stand in a batch, and where exactly a service is when it is ended.
"""
