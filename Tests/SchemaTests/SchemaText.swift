import JSON
import Schema

/// A schema or a value as a test writes it. A test with a typing error in its JSON must fail loudly.
func schema(_ text: String) throws -> StructuralSchema { try StructuralSchema(from: try JSON.parse(text)) }
func json(_ text: String) throws -> JSON { try JSON.parse(text) }
