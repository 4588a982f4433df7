# Every recipe is one command that can be run without just.

# the tests, with whatever servers they need
test *arguments:
    scripts/test {{arguments}}

# what CI says about form
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

fmt:
    cargo fmt --all

# an evaluation of the practice target on a scratch data directory
demo *arguments:
    cargo run --release -- demo {{arguments}}

serve *arguments:
    cargo run --release -- serve {{arguments}}

# writes the committed copy of the served document
openapi:
    cargo run --quiet -- openapi > openapi.json.new
    mv openapi.json.new openapi.json

# writes the analysts' guide to the events
events-doc:
    cargo run --quiet -- events-doc > docs/events.md.new
    mv docs/events.md.new docs/events.md

# docs/detectors.md, made by the code
detectors-doc:
    cargo run --quiet -- detectors-doc > docs/detectors.md.new
    mv docs/detectors.md.new docs/detectors.md
