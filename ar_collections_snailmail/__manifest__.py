{
    "name": "AR Collections: post",
    "summary": "Letters of AR Collections through core's post service",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "AR Collections",
    "license": "LGPL-3",
    "website": "https://github.com/ar-collections/ar-collections",
    "depends": ["ar_collections", "snailmail"],
    "data": ["views/ar_collection_policy_views.xml"],
    "auto_install": True,
}
