// Compiled together with Sources/JSON into one module, with -sanitize=fuzzer: see hack/fuzz.
import Foundation

/// What both this parser and Foundation's accept, they agree on; and what only one accepts is one of the differences that are stated here.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAgreement(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // Foundation guesses UTF-16 and UTF-32 from zero bytes, and takes a byte-order mark; RFC 8259 wants UTF-8 without one.
    guard !bytes.contains(0), bytes.first.map({ $0 < 0xEF }) ?? false else { return 0 }
    let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    do throws(JSONSyntaxError) {
        let ours = try JSON.parse(bytes)
        if let theirs {
            require(agree(ours, theirs), "different values", bytes)
        } else {
            require(false, "accepted by this parser alone", bytes)
        }
    } catch {
        let stated = [
            "stands twice",  // Foundation keeps one of the members.
            "does not fit into 64 bits", "too large for a double",  // Foundation makes them doubles or decimals.
            "nested deeper",  // Foundation goes down to 512.
            "wanted a value, found ']'", "wanted a key in quotes, found '}'",  // Foundation lets a comma stand before a closing bracket.
            "surrogate stands alone",  // Foundation lets some of them pass.
        ]
        require(theirs == nil || stated.contains { error.reason.contains($0) }, "refused by this parser alone: \(error)", bytes)
    }
    return 0
}

private func require(_ holds: Bool, _ promise: String, _ bytes: [UInt8]) {
    if !holds { fatalError("\(promise): \(String(decoding: bytes, as: UTF8.self))") }
}

private func agree(_ ours: JSON, _ theirs: Any) -> Bool {
    switch ours {
    case .null: return theirs is NSNull
    case .bool(let value): return (theirs as? Bool) == value
    case .integer(let value): return (theirs as? NSNumber)?.int64Value == value
    case .double(let value):
        guard let number = theirs as? NSNumber else { return false }
        // Foundation keeps long numbers as decimals of 38 digits, whose own conversion is several units off: it is made here.
        guard number is NSDecimalNumber, let decimal = Double(number.stringValue) else { return number.doubleValue == value }
        return abs(decimal - value) <= value.ulp
    case .string(let value): return (theirs as? String) == value
    case .array(let elements):
        guard let array = theirs as? [Any], array.count == elements.count else { return false }
        return zip(elements, array).allSatisfy(agree)
    case .object(let members):
        guard let dictionary = theirs as? [String: Any], dictionary.count == members.count else { return false }
        return members.allSatisfy { key, value in dictionary[key].map { agree(value, $0) } ?? false }
    }
}
