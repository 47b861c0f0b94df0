"""Training against rewards: a policy answers prompts, and learns from what its responses are worth."""
