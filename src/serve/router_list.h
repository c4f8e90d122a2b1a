X(round_robin)
X(least_loaded)
X(prefix_aware)
