extension StructuralSchema {
    /// The schema of `metadata` of every object (`metav1.ObjectMeta`).
    public static let objectMeta: StructuralSchema = {
        let text = StructuralSchema(.string)
        var time = text
        time.format = "date-time"
        var number = StructuralSchema(.integer)
        number.format = "int64"
        var texts = StructuralSchema(.object)
        texts.additionalProperties = .schema(text)
        texts.mapType = .granular

        var owner = StructuralSchema(.object)
        owner.mapType = .atomic
        owner.properties = ["apiVersion", "kind", "name", "uid"].map { Property($0, text) }
        owner.properties += ["controller", "blockOwnerDeletion"].map { Property($0, StructuralSchema(.boolean)) }
        owner.required = ["apiVersion", "kind", "name", "uid"]
        var owners = StructuralSchema(.array)
        owners.items = owner
        owners.listType = .map
        owners.listMapKeys = ["uid"]

        var finalizers = StructuralSchema(.array)
        finalizers.items = text
        finalizers.listType = .set

        var fields = StructuralSchema(.object)
        fields.preservesUnknownFields = true
        var managed = StructuralSchema(.object)
        managed.properties = ["apiVersion", "fieldsType", "manager", "operation", "subresource"].map { Property($0, text) }
        managed.properties += [Property("fieldsV1", fields), Property("time", time)]
        var managedFields = StructuralSchema(.array)
        managedFields.items = managed
        managedFields.listType = .atomic

        var meta = StructuralSchema(.object)
        meta.properties = [
            Property("name", text), Property("generateName", text), Property("namespace", text), Property("selfLink", text),
            Property("uid", text), Property("resourceVersion", text), Property("generation", number),
            Property("creationTimestamp", time), Property("deletionTimestamp", time), Property("deletionGracePeriodSeconds", number),
            Property("labels", texts), Property("annotations", texts), Property("ownerReferences", owners),
            Property("finalizers", finalizers), Property("managedFields", managedFields),
        ]
        // Readers may send null for times and maps that are unset.
        for index in meta.properties.indices { meta.properties[index].schema.nullable = true }
        return meta
    }()
}
