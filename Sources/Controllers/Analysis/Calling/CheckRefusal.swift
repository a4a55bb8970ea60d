import JSON

/// Why a call was not made, or its answer is none: object, field, what was found and wanted, what to do. Never holds a secret, nor what an answer's body
/// says beyond what its protocol has for errors.
struct CheckRefusal: Error, Hashable, CustomStringConvertible {
    var description: String

    /// As long as a status that holds ten of them for each metric can bear.
    private static let longest = 300

    init(_ description: String) { self.description = String(description.visible.prefix(Self.longest)) }
}
