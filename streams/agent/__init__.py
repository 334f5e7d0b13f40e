"""The worker `agent`: proposes commands, by rules and by a model, and answers our people. It executes nothing."""
