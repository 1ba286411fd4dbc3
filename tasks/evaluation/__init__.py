"""How good the recommendations are: hidden songs, figures with bounds, peers, a verdict in words."""
