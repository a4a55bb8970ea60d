import JSON
import KubeCore

/// A CustomResourceDefinition whose names are taken up or refused: what the API server's naming controller decides.
struct DefinitionNames {
    private let catalog: TypeRegistry.Catalog
    private let now: Timestamp

    init(_ catalog: TypeRegistry.Catalog, now: Timestamp) {
        self.catalog = catalog
        self.now = now
    }

    /// Fills in the names that follow from others, and the status: accepted names, conditions, stored versions.
    func settle(_ definition: JSON) -> JSON {
        var definition = definition
        var names = definition["spec"]?["names"] ?? [:]
        let kind = names["kind"]?.string ?? ""
        if names["listKind"] == nil { names["listKind"] = .string(kind + "List") }
        if names["singular"] == nil { names["singular"] = .string(kind.lowercased()) }
        var spec = definition["spec"] ?? [:]
        spec["names"] = names
        if spec["conversion"] == nil { spec["conversion"] = ["strategy": "None"] }
        definition["spec"] = spec
        definition["status"] = status(of: definition)
        return definition
    }

    private func status(of definition: JSON) -> JSON {
        let old = definition["status"]
        let names = definition["spec"]?["names"] ?? [:]
        var conditions = (old?["conditions"]?.array ?? []).compactMap { try? Condition(from: $0) }
        let clash = clash(of: definition)
        conditions.set(
            Condition(
                type: "NamesAccepted", status: clash == nil ? .isTrue : .isFalse, reason: clash?.reason ?? "NoConflicts",
                message: clash?.message ?? "no conflicts found", lastTransitionTime: now))
        if clash == nil {
            conditions.set(
                Condition(
                    type: "Established", status: .isTrue, reason: "InitialNamesAccepted",
                    message: "the initial names have been accepted", lastTransitionTime: now))
        } else if conditions["Established"] == nil {
            conditions.set(
                Condition(
                    type: "Established", status: .isFalse, reason: "NotAccepted", message: "not all names are accepted",
                    lastTransitionTime: now))
        }
        var stored = (old?["storedVersions"]?.array ?? []).compactMap(\.string)
        let storage = definition["spec"]?["versions"]?.array?.first { $0["storage"]?.bool ?? false }?["name"]?.string
        if let storage, !stored.contains(storage) { stored.append(storage) }
        return [
            "acceptedNames": clash == nil ? names : old?["acceptedNames"] ?? ["kind": "", "plural": ""],
            "conditions": conditions.json, "storedVersions": stored.json,
        ]
    }

    /// Another type of the group that has one of the names already.
    private func clash(of definition: JSON) -> (reason: String, message: String)? {
        guard let group = definition["spec"]?["group"]?.string, let names = definition["spec"]?["names"],
            let plural = names["plural"]?.string
        else { return nil }
        let others = catalog.types.filter { $0.group == group && $0.plural != plural }
        let taken = Set(others.flatMap { [$0.plural, $0.singular] + $0.shortNames })
        let kinds = Set(others.flatMap { [$0.kind, $0.listKind] })
        if taken.contains(plural) { return ("PluralConflict", "\"\(plural)\" is already in use") }
        if let singular = names["singular"]?.string, taken.contains(singular) {
            return ("SingularConflict", "\"\(singular)\" is already in use")
        }
        for short in (names["shortNames"]?.array ?? []).compactMap(\.string) where taken.contains(short) {
            return ("ShortNamesConflict", "\"\(short)\" is already in use")
        }
        if let kind = names["kind"]?.string, kinds.contains(kind) { return ("KindConflict", "\"\(kind)\" is already in use") }
        if let kind = names["listKind"]?.string, kinds.contains(kind) { return ("ListKindConflict", "\"\(kind)\" is already in use") }
        return nil
    }
}
