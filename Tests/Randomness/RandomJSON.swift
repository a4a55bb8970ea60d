package import JSON

extension JSON {
    /// A value with at most `depth` arrays and objects inside one another, of a few members each.
    /// - Parameter alphabet: what texts and keys are made of.
    package static func random(depth: Int, alphabet: [Unicode.Scalar], using generator: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(Bool.random(using: &generator) ? Int64(generator.next() % 100) : Int64(bitPattern: generator.next()))
        case 3:
            let double = Double(bitPattern: generator.next())
            return .double(double.isFinite ? double : Double(generator.next() % 1000) / 8)
        case 4, 5: return .string(randomText(of: alphabet, using: &generator))
        case 6, 7:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, alphabet: alphabet, using: &generator) })
        default:
            var members = JSONObject()
            for _ in 0..<Int.random(in: 0..<6, using: &generator) {
                members[randomText(of: alphabet, using: &generator)] = random(depth: depth - 1, alphabet: alphabet, using: &generator)
            }
            return .object(members)
        }
    }

    /// At most 7 scalars.
    package static func randomText(of alphabet: [Unicode.Scalar], using generator: inout SeededRandom) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<8, using: &generator) { text.append(alphabet.randomElement(using: &generator)!) }
        return String(text)
    }
}

extension [UInt8] {
    /// A few bytes changed, removed, doubled or put in.
    /// - Parameter telling: bytes that mean something to whoever reads them; every other one that is put in is one of these.
    package func mutated(with telling: [UInt8], using generator: inout SeededRandom) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0...bytes.count, using: &generator)
            let byte = Bool.random(using: &generator) ? telling.randomElement(using: &generator)! : UInt8(generator.next() & 0xFF)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.insert(byte, at: position)
            case 1 where position < bytes.count: bytes[position] = byte
            case 2 where position < bytes.count: bytes.remove(at: position)
            default:
                let end = Swift.min(bytes.count, position + Int.random(in: 0..<9, using: &generator))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            }
        }
        return bytes
    }
}
