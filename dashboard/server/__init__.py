"""What stands between the network and the pages: which names are answered to, how much of uploads is held."""
