import JSON

extension StructureCheck {
    /// List types, and what identifies the elements of a map.
    mutating func lists(_ schema: StructuralSchema, at path: JSONPath) {
        if schema.listType != nil, schema.kind != .array {
            let detail = "must be array if x-kubernetes-list-type is specified"
            errors.append(
                schema.kind.map { .invalid(path.appending("type"), .string($0.rawValue), detail) }
                    ?? .required(path.appending("type"), detail))
        }
        if !schema.listMapKeys.isEmpty, schema.listType != .map {
            let typePath = path.appending("x-kubernetes-list-type")
            let detail = "must be map if x-kubernetes-list-map-keys is non-empty"
            errors.append(schema.listType.map { .invalid(typePath, .string($0.rawValue), detail) } ?? .required(typePath, detail))
        }
        guard let items = schema.items else {
            if schema.listType == .map {
                errors.append(.required(path.appending("items"), "must have a schema if x-kubernetes-list-type is map"))
            }
            return
        }
        switch schema.listType {
        case .set?: setItems(items, at: path.appending("items"))
        case .map?: mapItems(items, keys: schema.listMapKeys, at: path)
        case .atomic?, nil: return
        }
        if items.nullable {
            errors.append(
                .forbidden(
                    path.appending("items").appending("nullable"),
                    "cannot be nullable when x-kubernetes-list-type is \(schema.listType?.rawValue ?? "")"))
        }
    }

    private mutating func setItems(_ items: StructuralSchema, at path: JSONPath) {
        let detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
        if items.kind == .array, let type = items.listType, type != .atomic {
            errors.append(.invalid(path.appending("x-kubernetes-list-type"), .string(type.rawValue), detail))
        }
        if items.kind == .object, items.mapType != .atomic {
            errors.append(.invalid(path.appending("x-kubernetes-map-type"), items.mapType.map { .string($0.rawValue) } ?? .null, detail))
        }
    }

    private mutating func mapItems(_ items: StructuralSchema, keys: [String], at path: JSONPath) {
        let keysPath = path.appending("x-kubernetes-list-map-keys")
        if keys.isEmpty { errors.append(.required(keysPath, "must not be empty if x-kubernetes-list-type is map")) }
        guard items.kind == .object else {
            errors.append(
                .invalid(
                    path.appending("items").appending("type"), .string(items.kind?.rawValue ?? ""),
                    "must be object if parent array's x-kubernetes-list-type is map"))
            return
        }
        if Set(keys).count < keys.count { errors.append(.invalid(keysPath, keys.json, "must not contain duplicate entries")) }
        for key in keys {
            guard let property = items[property: key] else {
                errors.append(.invalid(keysPath, keys.json, "entries must all be names of item properties"))
                continue
            }
            let keyPath = path.appending("items").property(key)
            if property.kind == .array || property.kind == .object {
                errors.append(
                    .invalid(
                        keyPath.appending("type"), .string(property.kind?.rawValue ?? ""),
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"))
            }
            if !items.required.contains(key), property.defaultValue == nil {
                errors.append(
                    .required(
                        keyPath.appending("default"),
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"))
            }
            if property.nullable {
                errors.append(
                    .forbidden(
                        keyPath.appending("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"))
            }
        }
    }
}
