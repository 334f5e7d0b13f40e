-- A page reads fifty rows that stand anywhere among the client's: with the engine's 64 KB each of them cost eight times the numbers of its granule,
-- unpacked. One mark, one block: parts are 2 % larger. What is stored already changes when it is merged.
ALTER TABLE events MODIFY SETTING min_compress_block_size = 8192;
