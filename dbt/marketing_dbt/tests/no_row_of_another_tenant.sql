-- A master model's row belongs to the tenant whose raw table it came from, and every row of a
-- tenant's facts is a record that this tenant has pushed.
with strangers as (
    {{ marketing.foreign_rows() }}
)

select * from strangers
