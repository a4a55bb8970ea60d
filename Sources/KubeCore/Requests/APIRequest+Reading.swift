extension APIRequest {
    /// One object. `resourceVersion` "0" allows any that a cache holds; nil asks for the newest.
    public static func get(
        _ definition: ResourceDefinition, namespace: String?, name: String, subresource: String? = nil, resourceVersion: String? = nil
    ) -> APIRequest {
        var request = APIRequest(path: definition.path(namespace: namespace, name: name, subresource: subresource))
        request.add("resourceVersion", resourceVersion)
        return request
    }

    /// A collection, or a page of it.
    public static func list(_ definition: ResourceDefinition, namespace: String?, options: ListOptions = ListOptions()) -> APIRequest {
        var request = APIRequest(path: definition.path(namespace: namespace))
        request.select(options.labels, options.fields)
        request.add("limit", options.limit.map(String.init))
        request.add("continue", options.continueToken)
        request.add("resourceVersion", options.resourceVersion)
        request.add("resourceVersionMatch", options.match?.rawValue)
        return request
    }

    /// What happens to a collection.
    public static func watch(_ definition: ResourceDefinition, namespace: String?, options: WatchOptions = WatchOptions()) -> APIRequest {
        var request = APIRequest(path: definition.path(namespace: namespace))
        request.add("watch", "true")
        request.select(options.labels, options.fields)
        request.add("resourceVersion", options.resourceVersion)
        if options.sendInitialEvents {
            request.add("sendInitialEvents", "true")
            request.add("resourceVersionMatch", ResourceVersionMatch.notOlderThan.rawValue)
        }
        if options.bookmarks || options.sendInitialEvents { request.add("allowWatchBookmarks", "true") }
        request.add("timeoutSeconds", options.timeoutSeconds.map(String.init))
        return request
    }

    private mutating func select(_ labels: LabelSelector?, _ fields: FieldSelector?) {
        if let text = labels?.text, !text.isEmpty { add("labelSelector", text) }
        if let text = fields?.text, !text.isEmpty { add("fieldSelector", text) }
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { query.append(QueryItem(name, value)) }
    }
}
