"""hookflash_server: the agent. Knows pages and people, reaches devices only through hookflash."""
