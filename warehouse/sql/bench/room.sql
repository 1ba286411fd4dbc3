-- One row: the bytes that neighbours take, with the numbers of their tracks, and the bytes of the whole file.
with blocks as (
    select distinct block_id from pragma_storage_info('links')
    union
    select distinct block_id from pragma_storage_info('cards') where column_name != 'card'
),
size as (
    select block_size, total_blocks from pragma_database_size() where database_name = current_database()
)
select count(*) * any_value(block_size) as neighbours, any_value(total_blocks * block_size) as file
from blocks, size
