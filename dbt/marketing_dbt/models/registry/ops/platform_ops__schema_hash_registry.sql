with blueprints as (
    select
        source_schema_hash,
        master_model_id,
        object_name,
        max(contract_revision) as contract_revision,
        max(columns_json) as columns_json
    from ({{ marketing.latest_snapshot('platform__blueprints') }})
    group by source_schema_hash, master_model_id, object_name
),

observed as (
    select
        source_schema_hash,
        split_part(contract, ' ', 1) as master_model_id,
        object_name,
        max(outcome) as outcome,
        max(extra_columns) as extra_columns,
        max(missing_columns) as missing_columns,
        count(distinct tenant_slug) as tenant_count,
        count(distinct raw_table) as table_count,
        cast(sum(file_count) as bigint) as file_count,
        min(valid_from) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from {{ ref('platform_sat__source_schema_history') }}
    group by source_schema_hash, split_part(contract, ' ', 1), object_name
)

select
    coalesce(observed.source_schema_hash, blueprints.source_schema_hash) as source_schema_hash,
    coalesce(observed.master_model_id, blueprints.master_model_id) as master_model_id,
    coalesce(observed.object_name, blueprints.object_name) as object_name,
    blueprints.source_schema_hash is not null as is_blueprint,
    blueprints.contract_revision,
    blueprints.columns_json,
    observed.outcome,
    observed.extra_columns,
    observed.missing_columns,
    coalesce(observed.tenant_count, 0) as tenant_count,
    coalesce(observed.table_count, 0) as table_count,
    coalesce(observed.file_count, 0) as file_count,
    observed.first_seen_at,
    observed.last_seen_at
from blueprints
full outer join observed
    on blueprints.source_schema_hash = observed.source_schema_hash
        and blueprints.master_model_id = observed.master_model_id
        and blueprints.object_name = observed.object_name
