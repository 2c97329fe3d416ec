"""What the program means, said a second time: plainly, slowly, from the pages alone.

The pages (docs/concepts.md, docs/events.md, docs/transitions.md, docs/formats.md) define the answer to "what
was the state of a company's partnerships, on that day, as known by then, as recorded by then?". The modules
here say it again in the order of the pages, and share no code with the program. Read them in this order:

1. ``days``: imprecise days and instants, with their bounds.
2. ``vocabulary``: kinds of subjects, their events and terms, and which status belongs to which group.
3. ``record``: the log, what is stored when an event is appended, and which events count at a coordinate.
4. ``evolve``: what one event does to the status of a subject.
5. ``fold``: from the events that count to the item of a subject.
6. ``companies``: names, identity, remarks and control: what follows from several subjects.
7. ``answer``: the answer to ``state`` as JSON, and what differs between two of them.

``histories`` draws random histories; ``comparison`` asks the program and these modules for the same answer.
Nothing here is fast, and nothing should be made so: where a rule can be written as the page says it, it is.
"""
