-- A plant's slots are its units': their days are parted by the same midnight. If this fails, give
-- the plant and its units the same day_boundary (and timezone) and land them again.
{{ config(meta={'dagster': {'ref': {'name': 'dim_asset'}}}) }}
with assets as (
    select
        asset_id,
        parent_asset_id,
        {{ day_zone('day_boundary', 'timezone') }} as day_zone
    from {{ ref('dim_asset') }}
)

select distinct
    units.asset_id,
    units.day_zone,
    plants.asset_id as plant_id,
    plants.day_zone as day_zone_of_plant
from assets as units
inner join assets as plants
    on units.parent_asset_id = plants.asset_id
where units.day_zone <> plants.day_zone
