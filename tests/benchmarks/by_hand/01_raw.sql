-- Both raw tables and the assets, as the files hold them.
create table weather as
select * from read_parquet(getvariable('raw_dir') || '/weather/*.parquet');

create table generation as
select * from read_parquet(getvariable('raw_dir') || '/generation/*.parquet');

-- When each day of a table was delivered stands in its file.
create table deliveries as
select
    regexp_extract(file_name, '/(\w+)/[^/]*$', 1) as table_name,
    regexp_extract(file_name, '\d{4}-\d{2}-\d{2}')::date as utc_date,
    value::varchar::timestamp as delivered_at
from parquet_kv_metadata([
    getvariable('raw_dir') || '/weather/*.parquet', getvariable('raw_dir') || '/generation/*.parquet'
])
where key::varchar = 'penstock.delivered_at';

create table assets as
select
    *,
    case when day_boundary = 'local' then timezone end as day_zone
from read_parquet(getvariable('raw_dir') || '/assets/*.parquet');
