"""The same fold on Apache Spark, for logs that outgrow one machine (docs/scaling.md)."""
