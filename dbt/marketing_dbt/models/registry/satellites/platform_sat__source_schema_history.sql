{{ marketing.sync_to_schema_history() }}
