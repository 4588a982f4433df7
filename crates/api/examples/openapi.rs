//! Prints the document that describes the HTTP surface.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write as _;
    let text = touchstone_api::openapi().to_pretty_json()?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
