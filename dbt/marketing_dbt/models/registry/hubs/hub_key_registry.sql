{{
    config(
        materialized='incremental',
        incremental_strategy='replace_tenants',
        post_hook='{{ marketing.note_hub_commits() }}',
    )
}}

{{ marketing.sync_to_key_registry() }}
