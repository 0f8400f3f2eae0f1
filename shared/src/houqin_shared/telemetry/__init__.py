"""What a service shows its operators: figures, log lines, traces. Nothing here decides anything.

`surroundings` knows what the code that runs is about; `logs` writes it beside every line.
`requests` counts and times what is asked; `sampling` looks at the database and the bus; `metrics`
names all figures, and `exporter` shows them on a port of their own.
`tracing` follows a request through the services that hear of it.
"""
