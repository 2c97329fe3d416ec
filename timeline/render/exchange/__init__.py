"""A network in the files of other programs: GraphML, GEXF, FollowTheMoney."""
