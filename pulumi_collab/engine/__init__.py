"""The only folder that knows Pulumi: it turns what the engine asks into what lifecycles do."""
