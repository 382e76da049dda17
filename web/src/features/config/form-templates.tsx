import {
  ADDITIONAL_PROPERTY_FLAG,
  canExpand,
  type FieldTemplateProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type OptionalDataControlsTemplateProps,
  type WrapIfAdditionalTemplateProps,
} from '@rjsf/utils';
import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../ui/button';
import { Input } from '../../ui/field';
import { saidId } from './form-ids';

/** A field with its label, what it is for, and what is wrong with it. */
export function FieldTemplate(props: FieldTemplateProps) {
  const { id, label, rawDescription, rawErrors, displayLabel, hidden, required, schema, children, uiSchema } = props;
  if (hidden) return <div className="hidden">{children}</div>;
  const faults = [...new Set(rawErrors ?? [])];
  const isCheckbox = schema.type === 'boolean';
  const describes = displayLabel === true && rawDescription ? rawDescription : '';
  const isItsOwn = uiSchema?.['ui:field'] !== undefined || schema.anyOf !== undefined;
  const isNamed = ADDITIONAL_PROPERTY_FLAG in schema && schema.type === 'object';
  return (
    <WrapIfAdditional {...props}>
      <div className="flex min-w-0 flex-col gap-1">
        {displayLabel === true && !isCheckbox && !isItsOwn && !isNamed && label !== '' && (
          <label htmlFor={id} className="text-sm font-medium">
            {label}
            {!required && <span className="font-normal text-muted"> (optional)</span>}
          </label>
        )}
        {children}
        {(describes !== '' || faults.length > 0) && (
          <div id={saidId(id)} className="text-xs">
            {faults.map((fault) => (
              <p key={fault} className="text-bad">
                {fault}
              </p>
            ))}
            {describes !== '' && !isItsOwn && <p className="text-muted">{describes}</p>}
          </div>
        )}
      </div>
    </WrapIfAdditional>
  );
}

/** A member that somebody has named: its name can be changed, and it can be removed. */
function WrapIfAdditional(props: WrapIfAdditionalTemplateProps) {
  const { id, label, schema, disabled, readonly, onKeyRenameBlur, onRemoveProperty, children } = props;
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return <>{children}</>;
  const off = disabled === true || readonly === true;
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line p-3">
      <div className="flex items-end gap-2">
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <label htmlFor={`${id}-key`} className="text-sm font-medium">
            Name
          </label>
          <Input id={`${id}-key`} key={label} defaultValue={label} disabled={off} onBlur={onKeyRenameBlur} />
        </div>
        <IconButton name={`Remove ${label}`} disabled={off} onClick={onRemoveProperty}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      </div>
      {children}
    </div>
  );
}

/** The members of an object. Those of the whole config, and of a chosen form, need no frame. */
export function ObjectTemplate(props: ObjectFieldTemplateProps) {
  const { title, description, properties, schema, fieldPathId } = props;
  const isFlat = fieldPathId.path.length === 0 || props.uiSchema?.['ui:flat'] === true;
  const expands = Boolean(canExpand(schema, props.uiSchema, props.formData as object));
  const { onAddProperty, disabled, readonly } = props;
  if (schema.anyOf && !schema.properties && properties.length === 0) return null;
  const hasAny = properties.length > 0 || expands;
  const members = (
    <>
      {properties.length > 0 && (
        <div className="grid items-start gap-4 md:grid-cols-2 md:[&>*:has(fieldset)]:col-span-2 md:[&>*:has(textarea)]:col-span-2">
          {properties
            .filter(({ hidden }) => !hidden)
            .map(({ name, content }) => (
              <div key={name} className="min-w-0 has-[>div.hidden]:hidden">
                {content}
              </div>
            ))}
        </div>
      )}
      {expands && (
        <div>
          <Button onClick={() => onAddProperty()} disabled={disabled === true || readonly === true}>
            <Plus aria-hidden className="size-4" />
            Add {title === '' ? 'one' : `to ${title.toLowerCase()}`}
          </Button>
        </div>
      )}
    </>
  );
  if (isFlat) return <div className="flex flex-col gap-4">{members}</div>;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 text-sm font-semibold">{title}</legend>
      {typeof description === 'string' && description !== '' && <p className="text-xs text-muted">{description}</p>}
      {props.optionalDataControl}
      {hasAny && members}
    </fieldset>
  );
}

/** An object that may be left out altogether. */
export function OptionalTemplate({ id, label, onAddClick, onRemoveClick }: OptionalDataControlsTemplateProps) {
  const act = onAddClick ?? onRemoveClick;
  if (act === undefined) return <p className="text-xs text-muted">Not set.</p>;
  return (
    <div>
      <Button id={id} onClick={() => act()}>
        {onAddClick ? <Plus aria-hidden className="size-4" /> : <Trash2 aria-hidden className="size-4" />}
        {onAddClick ? 'Set it' : 'Leave it out'}
        <span className="sr-only">: {label}</span>
      </Button>
    </div>
  );
}

/** A choice of forms, and the one that was chosen. */
export function ChoiceTemplate({ schema, selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 text-sm font-semibold">{schema.title ?? 'Form'}</legend>
      {schema.description !== undefined && <p className="text-xs text-muted">{schema.description}</p>}
      {selector}
      {optionSchemaField}
    </fieldset>
  );
}
