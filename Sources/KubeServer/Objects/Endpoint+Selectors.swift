import KubeCore

extension Endpoint {
    /// What a list, a watch or the deletion of a collection is about.
    func filter() throws(KubeError) -> WatchFilter {
        var filter = WatchFilter(namespace: type.isNamespaced ? target.namespace : nil)
        if let text = query["labelSelector"] {
            do { filter.labels = try LabelSelector(text) } catch { throw .badRequest("unable to parse requirement: \(error)") }
        }
        if let text = query["fieldSelector"] {
            let selector: FieldSelector
            do { selector = try FieldSelector(text) } catch { throw .badRequest("invalid field selector: \(error)") }
            for requirement in selector.requirements {
                filter.fields.append(
                    .init(path: try path(of: requirement.field, in: text), value: requirement.value, equals: requirement.equals))
            }
        }
        // A watch of a single object is a watch of its collection.
        if let name = target.name { filter.fields.append(.init(path: ["metadata", "name"], value: name, equals: true)) }
        return filter
    }

    private func path(of field: String, in selector: String) throws(KubeError) -> [String] {
        guard field == "metadata.name" || field == "metadata.namespace" || version.selectableFields.contains(field) else {
            if type.isCustom { throw .badRequest("field label not supported: \(field)") }
            let labels = query["labelSelector"] ?? ""
            throw .badRequest(
                "Unable to find \"\(apiVersion), Resource=\(type.plural)\" that match label selector \"\(labels)\", field selector "
                    + "\"\(selector)\": field label not supported: \(field)")
        }
        var stored = field
        if case .event = type.behavior { stored = EventForm(group: type.group).storedField(field) }
        return stored.split(separator: ".").map(String.init)
    }
}
