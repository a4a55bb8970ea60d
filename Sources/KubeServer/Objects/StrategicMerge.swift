import JSON
import KubeCore

/// Strategic merge patches of built-in kinds (Kubernetes: «Update API Objects in Place Using kubectl patch»): as a merge patch, but
/// lists whose elements have a key are merged element by element, and directives delete or replace.
///
/// Which lists have which key is known by their names alone, for the kinds served here.
enum StrategicMerge {
    private static let depthLimit = 64

    static func patched(_ object: JSON, with patch: JSON) throws(KubeError) -> JSON { try merge(object, patch, depth: 0) }

    private static func merge(_ value: JSON, _ patch: JSON, depth: Int) throws(KubeError) -> JSON {
        guard depth < depthLimit else { throw .badRequest("error decoding patch: nested deeper than \(depthLimit) levels") }
        guard case .object(let changes) = patch else { return patch }
        switch changes["$patch"]?.string {
        case "replace": return .object(withoutDirectives(changes))
        case "delete": return .object([:])
        default: break
        }
        var members = value.object ?? JSONObject()
        if let retained = changes["$retainKeys"]?.array {
            for key in members.keys where !retained.contains(.string(key)) { members[key] = nil }
        }
        for (key, change) in changes where !key.hasPrefix("$") {
            switch (change, members[key]) {
            case (.null, _): members[key] = nil
            case (.array(let elements), let old): members[key] = .array(try merge(old?.array ?? [], elements, in: key, depth: depth))
            case (.object, let old): members[key] = try merge(old ?? [:], change, depth: depth + 1)
            default: members[key] = change
            }
        }
        for (key, values) in changes {
            if key.hasPrefix("$deleteFromPrimitiveList/") {
                let list = String(key.drop { $0 != "/" }.dropFirst())
                guard let old = members[list]?.array else { continue }
                let gone = values.array ?? []
                members[list] = .array(old.filter { !gone.contains($0) })
            } else if key.hasPrefix("$setElementOrder/") {
                let list = String(key.drop { $0 != "/" }.dropFirst())
                if let old = members[list]?.array { members[list] = .array(ordered(old, as: values.array ?? [], in: list)) }
            }
        }
        return .object(members)
    }

    private static func merge(_ old: [JSON], _ new: [JSON], in list: String, depth: Int) throws(KubeError) -> [JSON] {
        if new.contains(where: { $0["$patch"] == "replace" }) { return new.filter { $0["$patch"] == nil } }
        if sets.contains(list), !new.contains(where: { $0.object != nil }) { return old + new.filter { !old.contains($0) } }
        guard let key = mergeKey(of: list, elements: old + new) else { return new }
        var result = old
        for element in new {
            guard let id = element[key] else {
                throw .badRequest("error decoding patch: an element of \(list) has no \(key), by which the list is merged")
            }
            let place = result.firstIndex { $0[key] == id }
            if element["$patch"] == "delete" {
                if let place { result.remove(at: place) }
            } else if let place {
                result[place] = try merge(result[place], element, depth: depth + 1)
            } else {
                result.append(try merge([:], element, depth: depth + 1))
            }
        }
        return result
    }

    /// Elements that the order names stand in that order; others keep their places behind.
    private static func ordered(_ elements: [JSON], as order: [JSON], in list: String) -> [JSON] {
        let key = mergeKey(of: list, elements: elements)
        func place(_ element: JSON) -> Int? {
            order.firstIndex { wanted in if let key { wanted[key] == element[key] } else { wanted == element } }
        }
        let named = elements.enumerated().compactMap { index, element in place(element).map { (place: $0, index: index) } }
            .sorted { ($0.place, $0.index) < ($1.place, $1.index) }
        return named.map { elements[$0.index] } + elements.filter { place($0) == nil }
    }

    private static func withoutDirectives(_ members: JSONObject) -> JSONObject {
        var kept = JSONObject()
        for (key, value) in members where !key.hasPrefix("$") { kept[key] = value }
        return kept
    }

    /// Lists of plain values that are merged.
    private static let sets: Set = ["finalizers"]

    private static let mergeKeys: [String: [String]] = [
        "containers": ["name"], "initContainers": ["name"], "ephemeralContainers": ["name"], "volumes": ["name"], "env": ["name"],
        "volumeMounts": ["mountPath"], "volumeDevices": ["devicePath"], "imagePullSecrets": ["name"], "secrets": ["name"],
        "ports": ["containerPort", "port"], "conditions": ["type"], "ownerReferences": ["uid"], "hostAliases": ["ip"],
        "topologySpreadConstraints": ["topologyKey"], "addresses": ["type"], "resourceClaims": ["name"],
        "validations": [], "matchConditions": ["name"], "variables": ["name"],
    ]

    private static func mergeKey(of list: String, elements: [JSON]) -> String? {
        mergeKeys[list]?.first { key in elements.contains { $0[key] != nil } }
    }
}
