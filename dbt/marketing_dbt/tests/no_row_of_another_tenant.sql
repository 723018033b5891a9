-- Every row of every table of a tenant is its own: a record that it pushed out of a raw table of
-- its own, or made of such records.
with strangers as (
    {{ marketing.foreign_rows() }}
)

select * from strangers
