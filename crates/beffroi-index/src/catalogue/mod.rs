//! The catalogue of metrics as data, `config/metrics.toml`: the one list that store, reports, exports
//! and documentation read.

mod check;
mod metric;
mod units;

pub use metric::{Catalogue, Direction, Kind, Level, Metric, Need, Status, Title};
pub use units::french_unit;
