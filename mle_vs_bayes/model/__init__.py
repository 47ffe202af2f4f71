"""What a model is: its data, parameters, priors, likelihoods, and the compiled density derived from them."""
