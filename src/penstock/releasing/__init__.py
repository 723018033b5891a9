"""What leaves the warehouse for people who only read.

Belongs here: sealing a state of the marts, its fingerprint, verifying and comparing releases,
publishing and retaining them, the page of a report. Does not belong here: dbt and building the
marts (transforming); what a report of a product says (products).
"""
