"""Reading more pages than one process wants to: in shards, on this machine's cores or on a Ray cluster's."""
