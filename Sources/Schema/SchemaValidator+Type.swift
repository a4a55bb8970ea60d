import JSON

extension StructuralSchema {
    var wantsType: Bool { kind != nil || intOrString }

    /// Whether the value is of the wanted type. A double without a fraction is an integer, an integer is a number.
    func accepts(_ value: JSON) -> Bool {
        if intOrString {
            switch value {
            case .integer, .string: return true
            case .double: return value.integer != nil
            default: return false
            }
        }
        switch (kind, value) {
        case (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool), (.integer, .integer): return true
        case (.number, .integer), (.number, .double): return true
        case (.integer, .double(let double)): return double == double.rounded(.towardZero) && double.isFinite
        case (nil, _): return true
        default: return false
        }
    }

    func wrongType(_ value: JSON, at path: JSONPath) -> FieldError {
        let wanted = intOrString ? "integer,string" : kind?.rawValue ?? ""
        return .typeInvalid(
            path, found: value.kind, "\(path.inBody) must be of type \(wanted): \(GoText.quoted(value.kind))")
    }
}
