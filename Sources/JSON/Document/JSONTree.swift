/// Makes values of what a tape describes.
///
/// Recursive: no deeper than the limit that the document was scanned with.
struct JSONTree {
    let tape: JSONTape
    let strings: JSONStringTable

    func value(at index: Int) -> JSON {
        var index = index
        return next(&index)
    }

    /// The value at `index`, which moves behind it.
    private func next(_ index: inout Int) -> JSON {
        let token = tape[index]
        switch token.kind {
        case .object: return .object(object(&index))
        case .array: return .array(array(&index))
        default: break
        }
        index += 1
        switch token.kind {
        case .ascii, .text, .escaped: return .string(tape.text(token, strings))
        case .integer: return .integer(JSONNumber.integer(tape.written(token)) ?? 0)
        case .double: return .double(JSONNumber.double(tape.written(token)))
        case .isTrue: return .bool(true)
        case .isFalse: return .bool(false)
        default: return .null
        }
    }

    private func array(_ index: inout Int) -> [JSON] {
        let count = tape.count(at: index)
        index += 2
        guard count > 0 else { return [] }
        var elements: [JSON] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(next(&index)) }
        return elements
    }

    private func object(_ index: inout Int) -> JSONObject {
        let count = tape.count(at: index)
        index += 2
        guard count > 0 else { return JSONObject() }
        var keys: [String] = []
        var values: [JSON] = []
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
        for _ in 0..<count {
            keys.append(tape.text(tape[index], strings))
            index += 1
            values.append(next(&index))
        }
        return JSONObject(distinct: keys, values)
    }
}
