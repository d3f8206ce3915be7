"""Other vector engines behind one protocol, so that `benchmarks.peers` asks all of them the same: a file an engine."""
