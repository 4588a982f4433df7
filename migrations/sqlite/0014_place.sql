-- Here the position is the row's own number, so there is no second index that could go.
select 1;
