-- Both raw tables and the assets, as the files hold them.
create table weather as
select * from read_parquet(getvariable('raw_dir') || '/weather/*.parquet');

create table generation as
select * from read_parquet(getvariable('raw_dir') || '/generation/*.parquet');

create table assets as
select * from read_parquet(getvariable('raw_dir') || '/assets/*.parquet');
