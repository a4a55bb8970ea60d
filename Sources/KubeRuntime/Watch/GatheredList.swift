import KubeCore

/// A list while it is gathered, in the boxes that the store will hold.
struct GatheredList<Object: KubeObject>: Sendable {
    var objects: [StoredObject<Object>] = []
    var undecodable: [UndecodableObject] = []
    var resourceVersion = ""
    /// Asks for the next page; nil when the list is whole.
    var continueToken: String?

    /// Adds a page.
    mutating func take(_ page: ResourceList<Object>) {
        for object in page.items { objects.append(StoredObject(object)) }
        undecodable += page.undecodable
        resourceVersion = page.resourceVersion
        continueToken = page.continueToken
    }

    var items: [Object] { objects.map(\.object) }
}
