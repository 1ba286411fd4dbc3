"""The ranker: what is learned from baskets, and how it is written down."""
