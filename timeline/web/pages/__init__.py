"""The pages: one module a subject, each with its routes. All they do is ask and arrange."""
