"""Reading only: what is asked for, as far as a role may see it."""
